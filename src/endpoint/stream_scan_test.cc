#include "endpoint/stream_scan.h"
