import { describe, expect, it } from '@jest/globals';
import { StateMachine, type TransitionTable } from './state-machine.js';

type State = 'open' | 'ajar' | 'shut';
type Event = 'push' | 'pull' | 'hold';
const TABLE: TransitionTable<State, Event> = {
  open: { push: 'ajar', hold: 'open' },
  ajar: { push: 'shut', pull: 'open' },
  shut: {},
};

describe('StateMachine', () => {
  it('walks along its table and tells of every change', () => {
    const changes: string[] = [];
    const machine = new StateMachine(TABLE, 'open', (from, to, event) =>
      changes.push(`${from}-${event}-${to}`),
    );
    expect(machine.apply('push')).toBe('ajar');
    expect(machine.apply('push')).toBe('shut');
    expect(machine.state).toBe('shut');
    expect(changes).toEqual(['open-push-ajar', 'ajar-push-shut']);
  });

  it('stays silent where the state does not change', () => {
    const changes: string[] = [];
    const machine = new StateMachine(TABLE, 'open', (from) => changes.push(from));
    machine.apply('hold');
    expect(changes).toEqual([]);
  });

  it('refuses an event that its state does not know', () => {
    const machine = new StateMachine(TABLE, 'shut');
    expect(machine.can('pull')).toBe(false);
    expect(() => machine.apply('pull')).toThrow('a state machine in "shut" cannot take "pull"');
    expect(machine.state).toBe('shut');
  });

  it('works without a listener', () => {
    const machine = new StateMachine(TABLE, 'ajar');
    expect(machine.can('pull')).toBe(true);
    expect(machine.apply('pull')).toBe('open');
  });
});
