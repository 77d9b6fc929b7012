import { AppError } from '../platform/errors/app-error.js';
import type { Refusal } from './channel-edits.repository.js';

/** A refused edit as an error that says what to do. */
export function refusalError(refusal: Refusal): AppError {
  switch (refusal.kind) {
    case 'unknown-channel':
      return unknownChannel(refusal.id);
    case 'unknown-category': {
      const details = [{ field: 'categoryId', rule: 'must be the id of a live category' }];
      return new AppError('invalid_input', `there is no live category ${refusal.id}`, {
        status: 400,
        details,
      });
    }
    case 'num-taken':
      return conflict(
        `number ${refusal.num} belongs to channel ${refusal.byId}; let it swap or shift, or choose another`,
      );
    case 'no-number-left':
      return conflict('there is no number left above the present ones');
    case 'manual-channel':
      return conflict(`channel ${refusal.id} was made by hand; no list has values to give back`);
    case 'list-channel':
      return conflict(`channel ${refusal.id} comes from a list and would come back; hide it instead`);
    case 'holds-list-sources':
      return conflict(`channel ${refusal.id} holds sources of lists; merge it into another channel instead`);
  }
}

export function unknownChannel(id: number): AppError {
  return new AppError('not_found', `there is no channel ${id}`, { status: 404 });
}

export function unknownSource(channelId: number, id: number): AppError {
  return new AppError('not_found', `channel ${channelId} has no source ${id}`, { status: 404 });
}

export function conflict(text: string): AppError {
  return new AppError('conflict', text, { status: 409 });
}
