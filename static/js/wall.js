// The wallboard: live, ticking, and able to run for days without anybody.
import "steady/times";
import "steady/parts";
import "steady/live";
import "steady/ticking";
import "steady/turns";
import "steady/unattended";

document.documentElement.dataset.ready = "";
