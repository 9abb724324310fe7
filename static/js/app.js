// The staff screens' behaviours; each is found by its data- attributes and stands alone.
import "steady/htmx";
import "steady/theme";
import "steady/menu";
import "steady/times";
import "steady/toast";
import "steady/dialog";
import "steady/help";
import "steady/composer";
import "steady/draft";
import "steady/upload";
import "steady/complete";
import "steady/presence";
import "steady/suggest";
import "steady/keys";
import "steady/rows";
import "steady/narrow";
import "steady/parts";
import "steady/timeline";
import "steady/quiet";
import "steady/inline";
import "steady/later";
import "steady/copy";
import "steady/bell";
import "steady/post";
import "steady/live";

document.documentElement.dataset.ready = "";
