/* c_round_trip.h: a picture there and back by a file that is compiled as C. */
#ifndef C_ROUND_TRIP_H
#define C_ROUND_TRIP_H

#ifdef __cplusplus
extern "C" {
#endif

/* NULL, or what went wrong. */
const char* c_round_trip(const char* model_path);

#ifdef __cplusplus
}
#endif

#endif
