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

describe('messages on arrival', () => {
  it('pass where the map knows them and they have its shape', () => {
    assert.deepEqual(check(VIEWS['learning-curves'].toView, answered), answered);
    assert.deepEqual(checkToHost('cluster', { type: 'ready', data: {} }), { type: 'ready', data: {} });
  });

  it('are refused where nobody knows them, or only the other side or another view does', () => {
    const refusal = 'there is no message';
    assert.match(String(checkToHost('learning-curves', { type: 'evil', data: {} })), new RegExp(refusal));
    assert.match(String(checkToHost('learning-curves', answered)), new RegExp(refusal));
    assert.match(String(check(VIEWS['twin-report'].toView, answered)), new RegExp(refusal));
    assert.match(String(checkToHost('learning-curves', { type: 'constructor', data: {} })), new RegExp(refusal));
  });

  it('are refused where they are ill-formed', () => {
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

describe('receiver', () => {
  it('drops single messages and keeps the rest', () => {
    const receiver = new MessageReceiver(VIEWS['learning-curves'].toView);
    const received = receiver.receive(
      envelope(1, [{ type: 'nonsense', data: 1 }, answered, { type: 'answered', data: {} }]),
    );
    assert.deepEqual(received.messages, [answered]);
    assert.equal(received.problems.length, 2);
    assert.equal(received.lost, false);
  });

  it('drops what is no envelope, and envelopes that hold no list', () => {
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

  it('puts parts together', () => {
    const receiver = new MessageReceiver(VIEWS['learning-curves'].toView);
    const text = JSON.stringify([answered]);
    assert.deepEqual(receiver.receive({ seq: 1, part: 0, parts: 2, text: text.slice(0, 9) }).messages, []);
    assert.deepEqual(receiver.receive({ seq: 2, part: 1, parts: 2, text: text.slice(9) }).messages, [answered]);
  });

  it('asks once for everything again where an envelope is missing, and begins anew with the first', () => {
    const receiver = new MessageReceiver(VIEWS['learning-curves'].toView);
    receiver.receive(envelope(1, [answered]));
    assert.equal(receiver.receive(envelope(3, [answered])).lost, true);
    assert.deepEqual(receiver.receive(envelope(4, [answered])), { messages: [], problems: [], lost: false });
    assert.deepEqual(receiver.receive(envelope(1, [answered])).messages, [answered]);
    assert.deepEqual(receiver.receive(envelope(2, [answered])).messages, [answered]);
  });
});
