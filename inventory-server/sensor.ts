// One pretend sensor: everything about it follows from its name.

export interface SensorLabels {
  readonly site: string;
  readonly room: string;
}

export interface Sensor {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly labels: SensorLabels;
}

/** Where every sensor answers a scrape. */
export interface Endpoint {
  readonly port: number;
  readonly path: string;
}

const SITES = ['north', 'south', 'east', 'west'];
const ROOMS = ['lab', 'hall', 'office', 'cellar', 'roof'];

/** All label sets there are, so that sensors with equal labels share one object. */
const LABEL_SETS: readonly SensorLabels[] = SITES.flatMap((site) =>
  ROOMS.map((room) => Object.freeze({ site, room })),
);

export function describeSensor(name: string, endpoint: Endpoint): Sensor {
  return { name, port: endpoint.port, path: endpoint.path, labels: labelsOf(name) };
}

/** The labels of a name: the same for ever, and the same object for equal labels. */
export function labelsOf(name: string): SensorLabels {
  return LABEL_SETS[numberOf(name) % LABEL_SETS.length] as SensorLabels;
}

/** The number a name ends with; a name without one gets the sum of its UTF-16 units. */
function numberOf(name: string): number {
  const digits = /\d{1,9}$/.exec(name);
  if (digits !== null) return Number(digits[0]);
  let sum = 0;
  for (let i = 0; i < name.length; i += 1) sum += name.charCodeAt(i);
  return sum;
}
