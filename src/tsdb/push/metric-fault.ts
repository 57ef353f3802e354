// What is wrong with one metric of a body.

/** The message goes on after `metric 3`: `has no name`. */
export class MetricFault extends Error {}
