// What a system of the office's own does, by a client that was generated from
// the published document: draft, submit, list, decide and follow a send. Types
// are checked when this is compiled.
import { createClient } from './generated/client/index.js';
import {
  addMessage, approveMessage, followSends, listMessages, listSends, showMessage, submitMessage,
} from './generated/sdk.gen.js';

const base = process.env.CLARION_BASE ?? '';
const as = (key: string | undefined) => createClient({ baseUrl: base, auth: key ?? '' });
const author = as(process.env.AUTHOR_TOKEN);
const approver = as(process.env.APPROVER_TOKEN);

function must<T>(what: string, answer: { data?: T; error?: unknown; response?: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${what}: ${answer.response?.status} ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

const text = '---\ntitle: The bridge opens\ndepartment: Roads\naudiences: [public]\n---\n\nOn *Monday*.\n';
const draft = { file: 'bridge.md', text: Buffer.from(text).toString('base64') };
const headers = { 'Idempotency-Key': crypto.randomUUID() };
const added = must('add', await addMessage({ client: author, body: draft, headers }));
const again = must('add again', await addMessage({ client: author, body: draft, headers }));
if (!added.id || added.id !== again.id) {
  throw new Error(`added ${added.id}, then ${again.id}`);
}
const id = added.id;

const submitted = must('submit', await submitMessage({ client: author, path: { id }, headers: { 'Idempotency-Key': crypto.randomUUID() } }));
const inReview = must('list', await listMessages({ client: author, query: { state: 'in_review', limit: 1 } }));
if (inReview.messages.length !== 1 || inReview.messages[0].id !== id) {
  throw new Error(`in review: ${JSON.stringify(inReview)}`);
}

const refused = await approveMessage({ client: author, path: { id }, body: { digest: submitted.digest }, headers: { 'Idempotency-Key': crypto.randomUUID() } });
if (refused.response?.status !== 403 || !refused.error?.detail) {
  throw new Error(`the author's own approval: ${refused.response?.status}`);
}

let place = must('follow', await followSends({ client: author, query: { wait: '0s' } })).next;
const approved = must('approve', await approveMessage({ client: approver, path: { id }, body: { digest: submitted.digest }, headers: { 'Idempotency-Key': crypto.randomUUID() } }));
if (!approved.done) {
  throw new Error(`approved: ${JSON.stringify(approved)}`);
}
const seen: string[] = [];
for (let look = 0; look < 20 && !seen.includes('sent'); look++) {
  const changed = must('follow', await followSends({ client: author, query: { after: place, wait: '5s' } }));
  place = changed.next;
  seen.push(...changed.sends.filter((s) => s.message === id).map((s) => s.state));
}
if (!seen.includes('sent')) {
  throw new Error(`it was never sent: ${seen.join(', ')}`);
}

const sends = must('sends', await listSends({ client: author, query: { message: id } }));
const message = must('show', await showMessage({ client: author, path: { id } }));
console.log(JSON.stringify({ id, state: message.state, sends: sends.sends.map((s) => ({ mechanism: s.mechanism, state: s.state, scheduled_for: s.scheduled_for })) }));
