// Pushes pretend metrics into mini-tsdb until it is stopped or its time is over.

import '../src/lib/node-version.ts';
import { readSimulateFlags, SIMULATE_HELP } from './simulate/flags.ts';
import { runSimulation } from './simulate/run.ts';
import { runTool } from './tool.ts';

void runTool({ readFlags: readSimulateFlags, help: SIMULATE_HELP, run: runSimulation });
