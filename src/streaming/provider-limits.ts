/** An account at a provider, as far as its limit goes. */
export interface ProviderAccount {
  /** The same for all sources that are read with this account. */
  key: string;
  /** Streams that the provider allows at once. */
  maxConnections: number;
}

/** The right to one connection. */
export interface ProviderPlace {
  /** Idempotent. Called when the connection is really gone: a provider counts what it sees. */
  release(): void;
}

/**
 * How many connections stand at each provider account. Finding a place free and taking it is one synchronous step, so
 * that no account is ever used beyond its limit: providers answer that by banning it.
 */
export class ProviderLimits {
  private readonly open = new Map<string, number>();

  /** Undefined when the account is in full use. `spare` places are left to others. */
  reserve({ key, maxConnections }: ProviderAccount, spare = 0): ProviderPlace | undefined {
    const used = this.inUse(key);
    if (used + spare >= maxConnections) return undefined;
    this.open.set(key, used + 1);
    let held = true;
    return {
      release: () => {
        if (held) this.giveBack(key);
        held = false;
      },
    };
  }

  inUse(key: string): number {
    return this.open.get(key) ?? 0;
  }

  private giveBack(key: string): void {
    const left = this.inUse(key) - 1;
    if (left > 0) this.open.set(key, left);
    else this.open.delete(key);
  }
}
