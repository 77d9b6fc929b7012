import { describe } from '@jest/globals';
export const POSTGRES_URL = 'postgres://postgres@127.0.0.1:5432/postgres';
export function describeWithService(_service: string, name: string, body: () => void): void {
  describe(name, body);
}
