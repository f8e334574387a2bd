/** Starts the laboratory's page: the language is chosen before anything is shown in it. */

import '../ui/first-language';
import './page';
