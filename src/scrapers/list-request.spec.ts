import { describe, expect, it } from '@jest/globals';
import { listRequestOf } from './list-request.js';

describe('listRequestOf', () => {
  it('tells the user agent from what is for the origin of the list alone', () => {
    const headers = { 'user-AGENT': ' Box/1 ', Authorization: 'Bearer x', Auth: '"y"' };
    expect(listRequestOf({ url: 'https://me:pass@tv.example:8443/get.php?u=1', headers })).toEqual({
      userAgent: 'Box/1',
      home: { origin: 'https://tv.example:8443', headers: { authorization: 'Bearer x', auth: '"y"' } },
    });
  });

  it('leaves out what belongs to one connection, or to the list alone', () => {
    const headers = {
      Host: 'evil.example',
      Range: 'bytes=0-1',
      'Accept-Encoding': 'gzip',
      'Proxy-Authorization': 'Basic x',
      Accept: 'text/plain',
      'If-None-Match': '"1"',
    };
    expect(listRequestOf({ url: 'http://tv.example/l.m3u', headers })).toBeUndefined();
  });

  it('has no origin to send headers to where the list is a file', () => {
    const headers = { 'User-Agent': 'Box/1', Cookie: 'a=b' };
    expect(listRequestOf({ url: 'file:///lists/l.m3u', headers })).toEqual({
      userAgent: 'Box/1',
      home: null,
    });
    expect(listRequestOf({ url: 'file:///lists/l.m3u', headers: { Cookie: 'a=b' } })).toBeUndefined();
  });

  it('is nothing for a list that is asked plainly', () => {
    expect(listRequestOf({ url: 'http://tv.example/l.m3u', headers: {} })).toBeUndefined();
    expect(listRequestOf({ url: 'http://tv.example/l.m3u', headers: { 'User-Agent': ' ' } })).toBeUndefined();
  });
});
