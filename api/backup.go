package api

// DigestTrailer is the trailer behind a backup's last byte: the SHA-256 of
// the whole stream (RFC 9530, RFC 9110 6.5). A backup without it is not whole.
const DigestTrailer = "Repr-Digest"
