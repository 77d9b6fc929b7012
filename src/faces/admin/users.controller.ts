import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { UsersService } from '../../users/users.service.js';
import { AdminController, BadInput, Conflict, JsonBody, NotFound } from './admin-controller.js';
import {
  AddedUserDto,
  AddUserDto,
  ChangeUserDto,
  NewPasswordDto,
  PasswordDto,
  UserDto,
  UsersPageDto,
  UsersQueryDto,
} from './dto/users.dto.js';
import { UsersAdminService } from './users-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('users', 'Users')
export class UsersController {
  constructor(
    private readonly admin: UsersAdminService,
    private readonly users: UsersService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List users',
    description: 'Searches the name, the e-mail address and the notes.',
  })
  @ApiOkResponse({ type: UsersPageDto, description: 'One page of users.' })
  @BadInput()
  page(@Query() query: UsersQueryDto): Promise<UsersPageDto> {
    return this.admin.page(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get a user', description: 'One user; passwords are never shown.' })
  @ApiOkResponse({ type: UserDto, description: 'The user.' })
  @BadInput()
  @NotFound('user')
  get(@Param('id', IdPipe) id: number): Promise<UserDto> {
    return this.admin.get(id);
  }

  @Post()
  @ApiOperation({ summary: 'Add a user', description: 'The answer shows the password this once.' })
  @ApiCreatedResponse({ type: AddedUserDto, description: 'The user and the password.' })
  @JsonBody()
  @Conflict('The name is taken.')
  add(@Body() input: AddUserDto): Promise<AddedUserDto> {
    return this.admin.add(input);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a user', description: 'What is not named stays.' })
  @ApiOkResponse({ type: UserDto, description: 'The user as it is now.' })
  @JsonBody()
  @NotFound('user')
  @Conflict('Nobody could administer the server afterwards.')
  change(@Param('id', IdPipe) id: number, @Body() input: ChangeUserDto): Promise<UserDto> {
    return this.admin.change(id, input);
  }

  @Post(':id/password')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give a new password',
    description: 'Players that know the old one are out at once, and logins of this user end.',
  })
  @ApiOkResponse({ type: PasswordDto, description: 'The new password.' })
  @JsonBody()
  @NotFound('user')
  async renewPassword(@Param('id', IdPipe) id: number, @Body() input: NewPasswordDto): Promise<PasswordDto> {
    return { password: await this.users.renewPassword(id, input.password) };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a user', description: 'Streams and logins of the user end.' })
  @ApiNoContentResponse({ description: 'Removed.' })
  @BadInput()
  @NotFound('user')
  @Conflict('This is the last administrator.')
  remove(@Param('id', IdPipe) id: number): Promise<void> {
    return this.users.remove(id);
  }
}
