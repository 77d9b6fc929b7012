import { isSecretField, redactUrl } from '../logging/redact.js';
import type { AuditChanges } from './audit-entry.entity.js';

export interface ChangeLimits {
  maxTextLength: number;
  maxItems: number;
  maxFields: number;
}

const LIMITS: ChangeLimits = { maxTextLength: 300, maxItems: 50, maxFields: 50 };
/** Values of these never enter the log, only that they changed. */
const HIDDEN_FIELDS = new Set(['headers', 'parameters', 'passwordHash', 'userAgent']);

/** The fields in which two states of one thing differ, each with both values. */
export function differences<T extends object>(before: T, after: Partial<T>): AuditChanges {
  const changed = Object.entries(after).filter(
    ([field, value]) =>
      value !== undefined && JSON.stringify(value) !== JSON.stringify(before[field as keyof T]),
  );
  return Object.fromEntries(
    changed.map(([field, value]) => [field, { from: before[field as keyof T] ?? null, to: value }]),
  );
}

/** Shortens long values and hides secrets, so that what is kept is small and may be shown. */
export function presentable(changes: AuditChanges, limits: ChangeLimits = LIMITS): AuditChanges {
  return clean(changes, limits) as AuditChanges;
}

function clean(value: unknown, limits: ChangeLimits): unknown {
  if (typeof value === 'string') return shorten(redactUrl(value), limits.maxTextLength);
  if (Array.isArray(value)) {
    const shown = value.slice(0, limits.maxItems).map((item) => clean(item, limits));
    return value.length > shown.length ? [...shown, `… ${value.length - shown.length} more`] : shown;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, limits.maxFields)
      .map(([field, inner]) => [field, isHidden(field) ? '***' : clean(inner, limits)]),
  );
}

function isHidden(field: string): boolean {
  return HIDDEN_FIELDS.has(field) || isSecretField(field);
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
