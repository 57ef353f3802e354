// The page of status.

import { showShell } from '../kit/shell.ts';

showShell('status');
