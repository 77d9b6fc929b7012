import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../errors/app-error.js';
import { Redactor } from './redactor.js';

describe('Redactor', () => {
  it('hides known secrets in every spelling', () => {
    const redactor = new Redactor();
    redactor.addSecret('pa"ss wörd');
    redactor.addSecret('abc');
    expect(redactor.text('it is pa"ss wörd')).toBe('it is ***');
    expect(redactor.text(`it is ${encodeURIComponent('pa"ss wörd')}`)).toBe('it is ***');
    expect(redactor.text(JSON.stringify({ x: 'pa"ss wörd' }))).toBe('{"x":"***"}');
    expect(redactor.text('abc is too short to be hidden')).toContain('abc');
  });

  it('cleans fields by name and by content, at every depth', () => {
    const fields = new Redactor().fields({
      password: 12345,
      passwordSet: true,
      token: null,
      url: 'http://h/live/anna/secret/1.ts',
      nested: { list: [{ authorization: 'x' }, 'http://a:b@h/'] },
    });
    expect(fields).toEqual({
      password: '***',
      passwordSet: true,
      token: null,
      url: 'http://h/live/***/***/1.ts',
      nested: { list: [{ authorization: '***' }, 'http://***@h/'] },
    });
  });

  it('shows errors with code, cause and stack', () => {
    const cause = Object.assign(new Error('connect http://a:b@h/'), { code: 'ECONNREFUSED' });
    const { error } = new Redactor().fields({ error: new AppError('internal', 'no', { cause }) });
    expect(error).toMatchObject({ message: 'no: connect http://***@h/', code: 'internal' });
    expect(JSON.stringify(error)).toContain('redactor.spec');
  });

  it('bounds long texts, lists, records and circles', () => {
    const redactor = new Redactor({ maxText: 10, maxEntries: 2, maxDepth: 3 });
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(redactor.text('x'.repeat(11))).toBe('xxxxxxxxxx… (11 characters)');
    expect(redactor.text('x'.repeat(10))).toBe('xxxxxxxxxx');
    expect(redactor.fields({ list: [1, 2, 3] })).toEqual({ list: [1, 2, '… (3 entries)'] });
    expect(redactor.fields({ a: 1, b: 2, c: 3 })).toEqual({ a: 1, b: 2, '…': '3 fields' });
    expect(redactor.fields(circle)).toEqual({ self: { self: { self: { self: '[…]' } } } });
    expect(redactor.fields({ bytes: Buffer.alloc(9), call: () => 1 })).toEqual({
      bytes: '[9 bytes]',
      call: '[function]',
    });
  });

  it('misses no secret at the cut', () => {
    const redactor = new Redactor({ maxText: 100 });
    redactor.addSecret('verysecretvalue');
    for (let before = 80; before <= 101; before++) {
      expect(redactor.text(`${'-'.repeat(before)}verysecretvalue${'-'.repeat(2000)}`)).not.toContain('very');
    }
  });

  it('takes anything', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (fields) => {
        expect(() => JSON.stringify(new Redactor().fields(fields))).not.toThrow();
      }),
    );
  });
});
