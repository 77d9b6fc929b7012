import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  classifyEngineText,
  ownPath,
  parseEnvelope,
  parseEvent,
  parseMediaFiles,
  parseStartReply,
  parseStat,
} from './engine-replies.js';

const INFOHASH = 'ab'.repeat(20);

describe('the three envelopes', () => {
  it('opens the one of playback', () => {
    expect(parseEnvelope('{"response":{"a":1},"error":null}')).toEqual({ ok: true, value: { a: 1 } });
  });

  it('opens the one of the web service and of the server interface', () => {
    expect(parseEnvelope('{"result":{"code":3},"error":null}')).toEqual({ ok: true, value: { code: 3 } });
    expect(parseEnvelope('{"result":{"connected":true}}')).toEqual({ ok: true, value: { connected: true } });
  });

  it('opens a response that is JSON inside a string, and leaves other strings alone', () => {
    const value = { name: 'live_changed', params: {} };
    const body = JSON.stringify({ response: JSON.stringify(value), error: null });
    expect(parseEnvelope(body)).toEqual({ ok: true, value });
    expect(parseEnvelope('{"response":"ok","error":null}')).toEqual({ ok: true, value: 'ok' });
  });

  it('reads an error as text, as an object and with extra data', () => {
    expect(parseEnvelope('{"response":null,"error":"failed to load content"}')).toEqual({
      ok: false,
      error: { kind: 'not-found', text: 'failed to load content' },
    });
    expect(parseEnvelope('{"error":{"message":"unknown protocol","code":0}}')).toEqual({
      ok: false,
      error: { kind: 'bad-reply', text: 'unknown protocol' },
    });
    expect(parseEnvelope('{"error":{"code":7}}')).toMatchObject({ error: { text: '7' } });
    expect(parseEnvelope('{"error":{}}')).toMatchObject({ ok: false, error: { text: 'error' } });
    const paid = '{"response":null,"error":"refused","extra_data":{"reason":"missing_option","option":"x"}}';
    expect(parseEnvelope(paid)).toEqual({
      ok: false,
      error: { kind: 'licence', text: 'refused (missing_option)' },
    });
  });

  it('calls nonsense a bad reply', () => {
    for (const body of ['', '<html>', '[]', '7', 'null', '{}', '{"response":null,"error":null}']) {
      expect(parseEnvelope(body)).toMatchObject({ ok: false, error: { kind: 'bad-reply' } });
    }
  });

  it('never throws, whatever an engine sends', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        const reply = parseEnvelope(body);
        const value = reply.ok ? reply.value : reply.error;
        parseStartReply(value);
        parseStat(value);
        parseEvent(value);
        parseMediaFiles(value);
        expect(typeof reply.ok).toBe('boolean');
      }),
    );
  });
});

describe('classes of errors', () => {
  it.each([
    ['failed to load content', 'not-found'],
    ["Couldn't find resource", 'not-found'],
    ['unknown playback session id', 'session-lost'],
    ['download not found', 'warming'],
    ['start timeout', 'warming'],
    ['got newer download', 'superseded'],
    ['missing_option: proxyServer', 'licence'],
    ['Activate your premium subscription', 'licence'],
    ['<urlopen error [Errno 111] Connection refused>', 'engine-network'],
    ['unknown method', 'bad-reply'],
  ])('sorts "%s"', (text, kind) => {
    expect(classifyEngineText(text)).toBe(kind);
  });
});

describe('a start reply', () => {
  const reply = {
    playback_url: `http://engine.example:6878/ace/r/${INFOHASH}/t?x=1`,
    stat_url: `http://10.0.0.1/ace/stat/${INFOHASH}/t`,
    command_url: `/ace/cmd/${INFOHASH}/t`,
    event_url: `https://other/ace/event/${INFOHASH}/t`,
    infohash: INFOHASH.toUpperCase(),
    is_live: 1,
    is_encrypted: 0,
  };

  it('keeps path and query of its addresses and drops every host', () => {
    expect(parseStartReply({ ...reply, playback_session_id: 'p7' })).toEqual({
      infohash: INFOHASH,
      playbackId: 'p7',
      playbackPath: `/ace/r/${INFOHASH}/t?x=1`,
      statPath: `/ace/stat/${INFOHASH}/t`,
      commandPath: `/ace/cmd/${INFOHASH}/t`,
      eventPath: `/ace/event/${INFOHASH}/t`,
      isLive: true,
      isEncrypted: false,
    });
  });

  it('lacks what the engine left out', () => {
    const parsed = parseStartReply({
      playback_url: reply.playback_url,
      infohash: INFOHASH,
      is_encrypted: '1',
    });
    expect(parsed).toMatchObject({ statPath: null, commandPath: null, eventPath: null, isEncrypted: true });
  });

  it('is none without an infohash or a playback address of the engine', () => {
    expect(parseStartReply({ ...reply, infohash: 'xyz' })).toBeUndefined();
    expect(parseStartReply({ ...reply, playback_url: 'http://engine/server/api?method=x' })).toBeUndefined();
    expect(parseStartReply('text')).toBeUndefined();
  });
});

describe('paths of an engine', () => {
  it('are /ace, /content and /hls, after dots were resolved', () => {
    expect(ownPath('/content/a/b')).toBe('/content/a/b');
    expect(ownPath('http://h/hls/x.m3u8?q=1')).toBe('/hls/x.m3u8?q=1');
    expect(ownPath('/ace/../server/api')).toBeNull();
    expect(ownPath('/ace/%2e%2e/server/api')).toBeNull();
    expect(ownPath('/acestream')).toBeNull();
    expect(ownPath('http://[bad')).toBeNull();
    expect(ownPath(7)).toBeNull();
  });
});

describe('statistics, events and media files', () => {
  it('reads what we use of the statistics', () => {
    const stat = { status: 'dl', peers: 12, speed_down: '480', livepos: { live_last: '1700000000' } };
    expect(parseStat(stat)).toEqual({
      status: 'dl',
      infohash: null,
      playbackId: null,
      peers: 12,
      speedDown: 480,
      liveLast: 1_700_000_000,
    });
    expect(parseStat({ peers: -3, speed_down: 'many', livepos: {} })).toEqual({
      status: 'unknown',
      peers: 0,
      speedDown: 0,
      infohash: null,
      playbackId: null,
      liveLast: null,
    });
    expect(parseStat([])).toBeUndefined();
  });

  it('reads events', () => {
    expect(parseEvent({ name: 'download_stopped', params: { reason: 'idle' } })).toEqual({
      name: 'download_stopped',
      reason: 'idle',
    });
    expect(parseEvent({ name: 'live_changed' })).toEqual({ name: 'live_changed', reason: null });
    expect(parseEvent({ params: {} })).toBeUndefined();
  });

  it('reads the infohash of a content', () => {
    expect(parseMediaFiles({ infohash: INFOHASH, name: 'x' })).toBe(INFOHASH);
    expect(parseMediaFiles({ name: 'x' })).toBeUndefined();
  });
});
