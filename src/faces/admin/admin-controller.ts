import { applyDecorators, Controller, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiExtraModels,
  ApiForbiddenResponse,
  ApiInternalServerErrorResponse,
  ApiNotFoundResponse,
  ApiPayloadTooLargeResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import { ActorInterceptor } from './actor.interceptor.js';
import { AdminGuard } from './admin-guard.js';
import { ErrorDto } from './dto/common.dto.js';
import { AdminValidation } from './validation.js';

const type = ErrorDto;

/** A controller under /api/admin: administrators only, checked input, changes written down, errors documented. */
export function AdminController(path: string, tag: string): ClassDecorator {
  return applyDecorators(
    Controller(`api/admin/${path}`),
    UseGuards(AdminGuard),
    UseInterceptors(ActorInterceptor),
    ApiBearerAuth('token'),
    ApiUnauthorizedResponse({ type, description: 'No token, or one that is expired, forged or revoked.' }),
    ApiForbiddenResponse({ type, description: 'The account is not an active administrator.' }),
    PublicApi(tag),
  );
}

/** What every route of the API has, with or without a login. */
export function PublicApi(tag: string): ClassDecorator {
  return applyDecorators(
    UsePipes(AdminValidation),
    ApiTags(tag),
    ApiExtraModels(ErrorDto),
    ApiInternalServerErrorResponse({
      type,
      description: 'A failure of Rooftop; its log has the request id.',
    }),
  );
}

export function BadInput(): MethodDecorator {
  return ApiBadRequestResponse({
    type,
    description: 'A parameter or a field breaks a rule.',
  });
}

/** For routes that read a JSON body. */
export function JsonBody(): MethodDecorator {
  return applyDecorators(
    BadInput(),
    ApiPayloadTooLargeResponse({ type, description: 'The body is larger than 1 MiB.' }),
    ApiUnsupportedMediaTypeResponse({ type, description: 'The body is not application/json.' }),
  );
}

export function NotFound(what: string): MethodDecorator {
  return ApiNotFoundResponse({ type, description: `There is no such ${what}.` });
}

export function Conflict(description: string): MethodDecorator {
  return ApiConflictResponse({ type, description });
}

export function Throttled(
  description = 'Too many failed logins; Retry-After says how long to wait.',
): MethodDecorator {
  return ApiTooManyRequestsResponse({ type, description });
}
