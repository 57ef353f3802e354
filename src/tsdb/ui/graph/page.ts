// The page of graph.

import { showShell } from '../kit/shell.ts';

showShell('graph');
