import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MessageSender, type Timers } from '../../../../../src/hosts/extension/webviews/message-sender.ts';
import { type Message, type Envelope } from '../../../../../webview/protocol/check.ts';
import { VIEWS } from '../../../../../webview/protocol/messages.ts';
import { MessageReceiver } from '../../../../../webview/shared/message-receiver.ts';

/** A clock that only moves when told. */
class Clock implements Timers {
  #now = 0;
  #due: { at: number; action: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, action: () => void): { cancel(): void } {
    const timer = { at: this.#now + milliseconds, action };
    this.#due.push(timer);
    return { cancel: () => (this.#due = this.#due.filter((other) => other !== timer)) };
  }

  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = end;
  }
}

function setUp() {
  const clock = new Clock();
  const posted: { readonly at: number; readonly envelope: Envelope }[] = [];
  const sender = new MessageSender((envelope) => posted.push({ at: clock.now(), envelope }), clock);
  const received = (): Message[] => {
    const receiver = new MessageReceiver(VIEWS['learning-curves'].toView);
    return posted.flatMap(({ envelope }) => {
      const { messages, problems } = receiver.receive(envelope);
      assert.deepEqual(problems, []);
      return messages;
    });
  };
  return { clock, posted, sender, received };
}

const runs = (name: string) => ({ runs: [], selected: [name] });

describe('Message sender', () => {
  it('The sender posts nothing before the view is ready or after it is hidden', () => {
    const { clock, posted, sender } = setUp();
    sender.put('a', 'runs', () => runs('a'));
    clock.pass(1000);
    sender.open();
    sender.put('a', 'runs', () => runs('b'));
    sender.close();
    sender.put('a', 'runs', () => runs('c'));
    clock.pass(1000);
    assert.equal(posted.length, 0);
  });

  it('The sender counts from 1 again when the view is shown again', () => {
    const { clock, posted, sender } = setUp();
    for (let life = 0; life < 2; life++) {
      sender.open();
      sender.put('a', 'runs', () => runs('a'));
      clock.pass(1000);
    }
    assert.deepEqual(
      posted.map(({ envelope }) => envelope.seq),
      [1, 1],
    );
  });

  it('The sender asks for data when its turn comes; later data replace waiting ones, and undefined is nothing', () => {
    const { clock, sender, received } = setUp();
    let now = 'early';
    sender.open();
    sender.put('a', 'runs', () => runs('replaced'));
    sender.put('a', 'runs', () => runs(now));
    sender.put('b', 'runs', () => undefined);
    now = 'late';
    clock.pass(1000);
    assert.deepEqual(received(), [{ type: 'runs', data: runs('late') }]);
  });

  it('The sender posts as many messages together as fit', () => {
    const { clock, posted, sender, received } = setUp();
    sender.open();
    for (let i = 0; i < 500; i++) sender.put(`${i}`, 'runs', () => runs(String(i).repeat(100)));
    clock.pass(10_000);
    assert.equal(received().length, 500);
    assert.ok(posted.length < 10, `${posted.length} envelopes`);
  });

  it('The sender never posts more than ten envelopes in a second or one of more than 64 kB, and loses nothing (property)', () => {
    const message = fc.record({
      wait: fc.integer({ min: 0, max: 300 }),
      slot: fc.integer({ min: 0, max: 20 }),
      text: fc.string({ unit: 'grapheme', maxLength: 40 }),
      repeat: fc.constantFrom(1, 10, 1000, 8000),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (sent) => {
        const { clock, posted, sender, received } = setUp();
        sender.open();
        const last = new Map<number, string>();
        for (const { wait, slot, text, repeat } of sent) {
          clock.pass(wait);
          const name = `${slot}:${text.repeat(repeat)}`;
          last.set(slot, name);
          sender.put(String(slot), 'runs', () => runs(name));
        }
        clock.pass(1_000_000);
        for (const { envelope } of posted) assert.ok(Buffer.byteLength(JSON.stringify(envelope)) <= 65_536);
        for (let i = 10; i < posted.length; i++) assert.ok(posted[i].at - posted[i - 10].at > 1000);
        posted.forEach(({ envelope }, i) => assert.equal(envelope.seq, i + 1));
        const arrived = new Map<number, string>();
        for (const { data } of received()) {
          const [name] = (data as ReturnType<typeof runs>).selected;
          arrived.set(Number.parseInt(name), name);
        }
        assert.deepEqual(new Map([...arrived].sort()), new Map([...last].sort()));
      }),
      { numRuns: 60 },
    );
  });
});
