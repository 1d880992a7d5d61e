/** What runs on the stand-in for a GPU: one kernel, and two with an image between them. */
export { halved, twice, warped } from './pipelines.js';
