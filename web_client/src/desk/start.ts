/** Starts the counsellor's desk: the language is chosen before anything is shown in it. */

import '../ui/first-language';
import './desk';
