import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { detectFormat } from './detect.js';
import { parseList } from './parse-list.js';
import { describeReason } from './types.js';

/** Stuffing packets. */
function tsPackets(): Uint8Array {
  const packet = Uint8Array.of(0x47, 0x1f, 0xff, 0x10, ...new Uint8Array(184).fill(0xff));
  return Uint8Array.of(...packet, ...packet, ...packet);
}

/** Evenly spread, the same in every run. */
function randomBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 197 + ((at * at) >> 3)) & 0xff);
}

const ID = 'dd1e67078381739d14beca697356ab76d49d1a2d';

describe('detectFormat', () => {
  it.each([
    ['#EXTM3U\n', 'm3u'],
    ['\ufeff \n#extm3u url-tvg=""', 'm3u'],
    ['/#EXTM3U', 'm3u'],
    ['\n#EXTINF:-1,a\nhttp://h/', 'm3u'],
    ['# a comment\n#EXTINF:-1,a\nhttp://h/', 'm3u'],
    [`acestream://${ID}\n`, 'm3u'],
    [`${ID}\n`, 'm3u'],
    ['http://h/1\nhttp://h/2', 'm3u'],
    ['{"links":[]}', 'json'],
    [' [ {"name":"a"} ]', 'json'],
    ['["acestream://"]', 'json'],
    ['const linksData = {"links": []};', 'json'],
    ['<!DOCTYPE html><html>', 'html'],
    ['<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "a">', 'html'],
    ["{extends 'layout.tpl'}\n<div><a href='x'>", 'html'],
    ['<table><tr><td>a', 'html'],
    ['<?xml version="1.0"?><tv><channel/></tv>', 'unknown'],
    ['just words', 'unknown'],
    ['', 'unknown'],
  ])('%j is %s', (text, format) => {
    expect(detectFormat(text)).toBe(format);
  });
});

describe('parseList on what is no list', () => {
  it.each([
    ['nothing', new Uint8Array(0), 'unknown', 'empty-list'],
    ['blanks', Buffer.from(' \n\n'), 'unknown', 'empty-list'],
    ['gzip', gzipSync('#EXTM3U\n'), 'unknown', 'compressed'],
    ['zip', Buffer.from('PK\u0003\u0004aaaaaaaa'), 'unknown', 'compressed'],
    [
      'a picture',
      Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
      'unknown',
      'binary',
    ],
    ['a transport stream', tsPackets(), 'unknown', 'binary'],
    ['random bytes', randomBytes(3000), 'unknown', 'binary'],
    [
      'an error page',
      Buffer.from('<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>'),
      'html',
      'error-page',
    ],
    ['words', Buffer.from('Service unavailable'), 'unknown', 'no-entries'],
    ['an empty M3U', Buffer.from('#EXTM3U\n'), 'm3u', 'no-entries'],
    ['JSON without streams', Buffer.from('{"error":"not found"}'), 'json', 'no-entries'],
    ['damaged JSON', Buffer.from('{"links":[{"name":"a",'), 'json', 'broken-json'],
  ])('says so: %s', (_, bytes, format, reason) => {
    const list = parseList(bytes);
    expect(list).toMatchObject({ format, entries: [], counts: { imported: 0 } });
    expect(list.problems.map((problem) => problem.reason)).toEqual([reason]);
    expect(list.problems.map((problem) => describeReason(problem.reason))).toEqual([
      expect.stringMatching(/^[a-z].{10,}[^.]$/i),
    ]);
  });

  it('goes by the content where the source is said to be something else', () => {
    const page = Buffer.from(`<html><a href="acestream://${ID}">Sport 1</a></html>`);
    expect(parseList(page, { type: 'm3u' })).toMatchObject({ format: 'html', counts: { imported: 1 } });
    const m3u = Buffer.from(`#EXTM3U\n#EXTINF:-1,a\nacestream://${ID}`);
    expect(parseList(m3u, { type: 'html' })).toMatchObject({ format: 'm3u', counts: { imported: 1 } });
  });

  it('believes the source where the content leaves it open', () => {
    const chunks = ['Sport 1\n', 'stream/a.m3u8\n'];
    expect(parseList(chunks, { type: 'm3u' })).toMatchObject({
      format: 'm3u',
      counts: { found: 1, imported: 0 },
    });
  });

  it('reads no document longer than allowed', () => {
    const text = `{"links":[{"name":"a","url":"acestream://${ID}"}],"x":"${'y'.repeat(100_000)}"}`;
    expect(
      parseList([text.slice(0, 70_000), text.slice(70_000)], { limits: { maxDocumentLength: 100_000 } })
        .problems,
    ).toEqual([{ line: 1, reason: 'too-large', name: null }]);
    expect(parseList([text]).counts.imported).toBe(1);
  });
});
