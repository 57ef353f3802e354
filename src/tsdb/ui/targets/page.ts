// The page of targets.

import { showShell } from '../kit/shell.ts';

showShell('targets');
