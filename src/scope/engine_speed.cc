#include "scope/engine_speed.h"
