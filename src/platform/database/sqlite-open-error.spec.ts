import { describe, expect, it } from '@jest/globals';
import { sqliteOpenError } from './sqlite-open-error.js';

const MB = 1_000_000;

function opened(code: string, freeBytes: number): { code: string; message: string } {
  const error = Object.assign(new Error('disk I/O error'), { code });
  return sqliteOpenError(error, '/data/rooftop.sqlite', '/data', () => freeBytes);
}

describe('sqliteOpenError', () => {
  it.each([
    ['SQLITE_IOERR_SHMSIZE', 0],
    ['SQLITE_CANTOPEN', 4096],
    ['SQLITE_FULL', 500 * MB],
  ])('names the full disk behind %s', (code, freeBytes) => {
    const { code: name, message } = opened(code, freeBytes);
    expect(name).toBe('database_unavailable');
    expect(message).toContain('the disk of the data folder is full');
  });

  it('says what SQLite says where there is room', () => {
    const { code, message } = opened('SQLITE_IOERR_READ', 500 * MB);
    expect(code).toBe('database_unavailable');
    expect(message).toBe('the database file /data/rooftop.sqlite cannot be opened: disk I/O error');
  });

  it('sends to owner and rights where there is room and the file cannot be opened', () => {
    expect(opened('SQLITE_CANTOPEN', 500 * MB).code).toBe('data_dir_unusable');
  });
});
