import { Body, Controller, Get, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AdminAuthService, type Administrator } from '../../users/admin-auth.service.js';
import { ClientAddresses } from '../shared/client-addresses.js';
import { JsonBody, PublicApi, Throttled } from './admin-controller.js';
import { AdminGuard, CurrentAdministrator } from './admin-guard.js';
import { LoginDto, MeDto, RefreshDto, TokenPairDto } from './dto/auth.dto.js';
import { ErrorDto } from './dto/common.dto.js';

const type = ErrorDto;

@Controller('api/admin/auth')
@PublicApi('Login')
export class AuthController {
  constructor(
    private readonly auth: AdminAuthService,
    private readonly addresses: ClientAddresses,
  ) {}

  @Post('login')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Log in',
    description: 'Gives a pair of tokens for a name and a password.',
    security: [],
  })
  @ApiOkResponse({ type: TokenPairDto, description: 'Logged in.' })
  @ApiUnauthorizedResponse({ type, description: 'Wrong user name or password.' })
  @ApiForbiddenResponse({ type, description: 'The account is a viewer’s, or is not active.' })
  @JsonBody()
  @Throttled()
  login(@Body() { username, password }: LoginDto, @Req() request: FastifyRequest): Promise<TokenPairDto> {
    return this.auth.login(username, password, this.addresses.of(request.raw));
  }

  @Post('refresh')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Renew the tokens',
    description: 'The old refresh token is used up by this.',
    security: [],
  })
  @ApiOkResponse({ type: TokenPairDto, description: 'The next pair.' })
  @ApiUnauthorizedResponse({
    type,
    description: 'The refresh token is unknown, expired, revoked or used up.',
  })
  @JsonBody()
  refresh(@Body() { refreshToken }: RefreshDto): Promise<TokenPairDto> {
    return this.auth.refresh(refreshToken);
  }

  @Post('logout')
  @HttpCode(204)
  @UseGuards(AdminGuard)
  @ApiBearerAuth('token')
  @ApiOperation({
    summary: 'Log out',
    description: 'Ends this login: its tokens are worth nothing from now on.',
  })
  @ApiNoContentResponse({ description: 'Logged out.' })
  @ApiUnauthorizedResponse({ type, description: 'No token, or one that is expired, forged or revoked.' })
  @ApiForbiddenResponse({ type, description: 'The account is not an active administrator.' })
  logout(@CurrentAdministrator() administrator: Administrator): Promise<void> {
    return this.auth.logout(administrator);
  }

  @Get('me')
  @UseGuards(AdminGuard)
  @ApiBearerAuth('token')
  @ApiOperation({ summary: 'Who am I', description: 'The administrator this token belongs to.' })
  @ApiOkResponse({ type: MeDto, description: 'The administrator.' })
  @ApiUnauthorizedResponse({ type, description: 'No token, or one that is expired, forged or revoked.' })
  @ApiForbiddenResponse({ type, description: 'The account is not an active administrator.' })
  me(@CurrentAdministrator() { id, username }: Administrator): MeDto {
    return { id, username };
  }
}
