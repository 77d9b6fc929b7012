import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GuideProblems } from './problems.js';

const KINDS = ['a', 'b', 'c', 'd'] as const;
type Kind = (typeof KINDS)[number];

function problemsOf(kinds: readonly Kind[], most: number): GuideProblems<Kind> {
  const problems = new GuideProblems<Kind>(most);
  kinds.forEach((kind, at) => problems.add(kind, { at, line: at + 1 }, () => `${kind} ${at}`));
  return problems;
}

function keptOf(problems: GuideProblems<Kind>, kind: Kind): number[] {
  return problems.kept.filter(({ reason }) => reason === kind).map(({ at }) => at);
}

describe('problems of a guide', () => {
  it('are kept in the order in which they were found, with their place', () => {
    const problems = new GuideProblems(2);
    problems.add('no-id', { at: 5, line: 1 }, () => ' two\n words ');
    problems.add('no-title', { at: 9, line: 0 }, () => 'see http://user:pw@host/secret?token=1 there');
    problems.add('no-title', { at: 10, line: 0 }, () => 'never asked');
    expect(problems.kept).toEqual([
      { reason: 'no-id', at: 5, line: 1, sample: 'two words' },
      { reason: 'no-title', at: 9, sample: 'see http://host/… there' },
    ]);
    expect(problems.by).toEqual({ 'no-id': 1, 'no-title': 2 });
  });

  it('are not hidden by a flood of one kind, whether it comes before or after', () => {
    const flood = Array.from({ length: 500 }, (): Kind => 'a');
    for (const kinds of [[...flood, 'b', 'c', 'b'] as const, ['b', 'c', 'b', ...flood] as const]) {
      const problems = problemsOf(kinds, 10);
      expect(problems.kept).toHaveLength(10);
      expect(keptOf(problems, 'b')).toHaveLength(2);
      expect(keptOf(problems, 'c')).toHaveLength(1);
      expect(problems.by).toEqual({ a: 500, b: 2, c: 1 });
    }
  });

  it('ask for no text of what is not kept', () => {
    const problems = problemsOf(['a', 'a', 'a', 'b', 'b'], 3);
    let asked = 0;
    for (let at = 0; at < 1000; at++) problems.add('a', { at, line: 0 }, () => `${asked++}`);
    expect(asked).toBe(0);
  });

  it('share the room: each kind keeps its first ones, and none has room that another one lacks', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...KINDS), { maxLength: 60 }), fc.nat(12), (kinds, most) => {
        const problems = problemsOf(kinds, most);
        expect(problems.kept).toHaveLength(Math.min(most, kinds.length));
        expect(problems.kept.map(({ at }) => at)).toEqual(
          problems.kept.map(({ at }) => at).sort((x, y) => x - y),
        );
        const counts = KINDS.map((kind) => keptOf(problems, kind).length);
        for (const [index, kind] of KINDS.entries()) {
          const found = kinds.flatMap((one, at) => (one === kind ? [at] : []));
          const kept = keptOf(problems, kind);
          expect(kept).toEqual(found.slice(0, kept.length));
          if (kept.length < found.length) {
            expect(counts[index]).toBeGreaterThanOrEqual(Math.max(...counts) - 1);
          }
        }
      }),
    );
  });

  it('take in what another reader has counted and kept', () => {
    const problems = problemsOf(['a', 'a', 'a'], 4);
    problems.include({ b: 7, c: 1 }, problemsOf(['b', 'b', 'c'], 4).kept);
    expect(problems.by).toEqual({ a: 3, b: 7, c: 1 });
    expect(problems.kept.map(({ reason }) => reason)).toEqual(['a', 'a', 'b', 'c']);
  });
});
