// Loads the doors for pushed samples step by step, and tells what each step brought and cost.

import '../src/lib/node-version.ts';
import { LOAD_HELP, readLoadFlags } from './load/flags.ts';
import { runLoad } from './load/run.ts';
import { runTool } from './tool.ts';

void runTool({ readFlags: readLoadFlags, help: LOAD_HELP, run: runLoad });
