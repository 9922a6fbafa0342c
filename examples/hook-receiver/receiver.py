"""A system that is told what happens in Clarion, with nothing but Python's own
library: HOOK_SECRET=whsec_... python3 receiver.py [PORT]"""
import base64, hashlib, hmac, http.server, json, os, sqlite3, sys, time

KEYS = [base64.b64decode(s.removeprefix("whsec_")) for s in os.environ["HOOK_SECRET"].split()]


def signed(headers, body):
    """Whether Clarion signed this request within the last five minutes."""
    event, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isascii() or not sent.isdigit() or abs(time.time() - int(sent)) > 300:
        return False
    content = f"{event}.{sent}.".encode() + body
    wanted = ["v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in KEYS]
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(w.encode(), g.encode()) for w in wanted for g in given)


class Receiver(http.server.BaseHTTPRequestHandler):
    timeout = 30

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("content-length", 0)), 32768))
        self.send_response(self.receive(body))
        self.end_headers()

    def receive(self, body):
        if not signed(self.headers, body):
            return 401
        with sqlite3.connect("events.db") as db:  # the id and what is done, in one transaction
            db.execute("CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT, data TEXT)")
            event = json.loads(body)
            db.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)",
                       (self.headers["webhook-id"], event["type"], json.dumps(event["data"])))
        return 204

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Receiver)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
