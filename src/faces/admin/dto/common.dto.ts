// The forms of all APIs, under the name the administrators' know them by.
export * from '../../shared/common.dto.js';
