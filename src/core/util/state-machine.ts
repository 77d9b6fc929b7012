/** Which event leads where; an event that a state does not name is not allowed in it. */
export type TransitionTable<S extends string, E extends string> = {
  readonly [state in S]: { readonly [event in E]?: S };
};

/** A state that changes only along its table. */
export class StateMachine<S extends string, E extends string> {
  private current: S;

  constructor(
    private readonly table: TransitionTable<S, E>,
    initial: S,
    private readonly onChange: (from: S, to: S, event: E) => void = () => {},
  ) {
    this.current = initial;
  }

  get state(): S {
    return this.current;
  }

  can(event: E): boolean {
    return this.table[this.current][event] !== undefined;
  }

  /** Throws when the state does not know the event: such a call is a mistake in the program. */
  apply(event: E): S {
    const from = this.current;
    const to = this.table[from][event];
    if (to === undefined) throw new Error(`a state machine in "${from}" cannot take "${event}"`);
    this.current = to;
    if (to !== from) this.onChange(from, to, event);
    return to;
  }
}
