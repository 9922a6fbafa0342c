package message

// HoldReason is why a message or send is held.
type HoldReason string

// The reasons of a hold.
const (
	HoldFreeze         HoldReason = "freeze"
	HoldBlackout       HoldReason = "blackout"
	HoldRestored       HoldReason = "restored"
	HoldAudienceDrift  HoldReason = "audience-drift"
	HoldChannelChanged HoldReason = "channel-changed"
	HoldLate           HoldReason = "late"
	HoldPreflight      HoldReason = "preflight"
	HoldGate           HoldReason = "gate"
	HoldOrder          HoldReason = "order"
	HoldZoneChanged    HoldReason = "zone-changed"
	HoldManual         HoldReason = "manual"
	// HoldBytesChanged: what is stored is not what was approved. No release
	// mends that, so nobody can give it; an edit makes a new revision.
	HoldBytesChanged HoldReason = "bytes-changed"
)

// HoldReasons lists every reason of a hold.
func HoldReasons() []HoldReason {
	return []HoldReason{
		HoldFreeze, HoldBlackout, HoldRestored, HoldAudienceDrift, HoldChannelChanged,
		HoldLate, HoldPreflight, HoldGate, HoldOrder, HoldZoneChanged, HoldManual, HoldBytesChanged,
	}
}

// People is how many different people must release a hold of this reason; 0
// means that nobody can.
func (r HoldReason) People() int {
	switch r {
	case HoldFreeze, HoldBlackout, HoldRestored, HoldAudienceDrift, HoldChannelChanged:
		return 2
	case HoldLate, HoldPreflight, HoldGate, HoldOrder, HoldZoneChanged, HoldManual:
		return 1
	default:
		return 0
	}
}
