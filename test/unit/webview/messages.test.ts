import assert from 'node:assert/strict';
import { check } from '../../../webview/protocol/check.ts';
import { checkToHost, VIEWS } from '../../../webview/protocol/messages.ts';
import { MessageReceiver } from '../../../webview/shared/message-receiver.ts';

const answered = { type: 'answered', data: { query: 1, at: 5 } };
const envelope = (seq: number, messages: readonly unknown[]) => ({
  seq,
  part: 0,
  parts: 1,
  text: JSON.stringify(messages),
});

describe('Messages on arrival', () => {
  it('A message passes where the map knows it and it has its shape', () => {
    assert.deepEqual(check(VIEWS['learning-curves'].toView, answered), answered);
    assert.deepEqual(checkToHost('cluster', { type: 'ready', data: {} }), { type: 'ready', data: {} });
  });

  it('A message is refused where nobody knows it, or only the other side or another view does', () => {
    const refusal = 'there is no message';
    assert.match(String(checkToHost('learning-curves', { type: 'evil', data: {} })), new RegExp(refusal));
    assert.match(String(checkToHost('learning-curves', answered)), new RegExp(refusal));
    assert.match(String(check(VIEWS['twin-report'].toView, answered)), new RegExp(refusal));
    assert.match(String(checkToHost('learning-curves', { type: 'constructor', data: {} })), new RegExp(refusal));
  });

  it('A message is refused where it is ill-formed', () => {
    for (const value of [
      null,
      1,
      'ready',
      [],
      {},
      { type: 1 },
      { type: 'query' },
      { type: 'query', data: { query: 1 } },
    ])
      assert.equal(typeof checkToHost('learning-curves', value), 'string');
    const start = { type: 'start', data: { command: 'workbench.action.quit' } };
    assert.match(String(checkToHost('learning-curves', start)), /command is not one of/);
  });
});

describe('Message receiver', () => {
  it('The receiver drops single bad messages and keeps the rest', () => {
    const receiver = new MessageReceiver(VIEWS['learning-curves'].toView);
    const received = receiver.receive(
      envelope(1, [{ type: 'nonsense', data: 1 }, answered, { type: 'answered', data: {} }]),
    );
    assert.deepEqual(received.messages, [answered]);
    assert.equal(received.problems.length, 2);
    assert.equal(received.lost, false);
  });

  it('The receiver drops what is no envelope, and envelopes that hold no list', () => {
    const receiver = new MessageReceiver(VIEWS['learning-curves'].toView);
    for (const value of [
      undefined,
      {},
      { seq: 1, part: 0, parts: 1, text: '{}' },
      { seq: 2, part: 0, parts: 1, text: '[' },
    ]) {
      const { messages, problems } = receiver.receive(value);
      assert.equal(messages.length, 0);
      assert.equal(problems.length, 1);
    }
  });

  it('The receiver puts the parts of a message together', () => {
    const receiver = new MessageReceiver(VIEWS['learning-curves'].toView);
    const text = JSON.stringify([answered]);
    assert.deepEqual(receiver.receive({ seq: 1, part: 0, parts: 2, text: text.slice(0, 9) }).messages, []);
    assert.deepEqual(receiver.receive({ seq: 2, part: 1, parts: 2, text: text.slice(9) }).messages, [answered]);
  });

  it('The receiver asks once for everything again where an envelope is missing, and starts over with the first', () => {
    const receiver = new MessageReceiver(VIEWS['learning-curves'].toView);
    receiver.receive(envelope(1, [answered]));
    assert.equal(receiver.receive(envelope(3, [answered])).lost, true);
    assert.deepEqual(receiver.receive(envelope(4, [answered])), { messages: [], problems: [], lost: false });
    assert.deepEqual(receiver.receive(envelope(1, [answered])).messages, [answered]);
    assert.deepEqual(receiver.receive(envelope(2, [answered])).messages, [answered]);
  });
});
