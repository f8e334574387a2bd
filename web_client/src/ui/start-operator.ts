/** Starts the operator's page: the language is chosen before anything is shown in it. */

import './first-language';
import './operator';
