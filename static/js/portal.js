// The portal's behaviours: few, because people come with a phone and in a hurry.
import "steady/theme";
import "steady/menu";
import "steady/times";
import "steady/tabs";
import "steady/toast";
import "steady/composer";
import "steady/draft";
import "steady/parts";
import "steady/later";
import "steady/bell";
import "steady/post";
import "steady/live";
import "steady/portal-ask";
import "steady/portal-refresh";
import "steady/portal-kept";
import "steady/portal-files";
import "steady/passkeys";
import "steady/conditions";

document.documentElement.dataset.ready = "";
