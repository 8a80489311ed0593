import { openSession, startMachine, type Machine, type Session, type SessionOptions } from './session.ts';

/** Shared by the sessions that ask for nothing special, one after the other: to start one takes as long as some of their tests. */
let shared: Promise<Machine> | undefined;
after(async () => (await shared)?.stop());

/** Opens a session before the tests of a `describe` and closes it after them; a test that fails leaves its evidence. */
export function useSession(options: SessionOptions = {}): () => Session {
  let session: Session | undefined;
  before(async () => {
    session = await openSession(options, asksForMachine(options) ? undefined : await (shared ??= startMachine()));
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session?.keepEvidence(this.currentTest.fullTitle());
  });
  after(() => session?.close());
  return () => session!;
}

function asksForMachine({ installed, workspaceTrust, killsServer, env, browserFlags }: SessionOptions): boolean {
  return installed === false || workspaceTrust === true || killsServer === true || Boolean(env ?? browserFlags);
}
