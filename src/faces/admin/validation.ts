export { AdminValidation, IdPipe } from '../shared/validation.js';
