// The fields of all APIs, under the name the administrators' know them by.
export * from '../../shared/fields.js';
