/* The plain observation in C: known signals, values in bounds, time not running backwards, nothing held, nobody telling.

   A gate stands before the generated Python of `inline.py` and knows no condition. It checks values and stores them. Every truth that
   a program asks depends on the bands in which its values and times lie (`bands.py`), so what the Python once decided for a picture of
   bands it decides again: the gate asks it once for each picture, remembers the answer, and writes what follows. Whatever is not plain
   is handed to the Python as it came, before anything has changed. Without this module (no compiler at installation, or CLMSTATE_PURE=1)
   the Python is all there is, and does the same more slowly; tests/conformance holds both against the oracle.

   A call has two halves. The first reads, and may run other people's code (a time zone, an odd event). The second writes, and runs
   nobody's until all is stored, so that nothing is ever half-stored. */


#ifndef CLMSTATE_GATE_H
#define CLMSTATE_GATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#ifdef Py_GIL_DISABLED
#error "written for one thread at a time; without the lock the Python alone does the work"
#endif

#define MOST_GIVEN 24    /* values in one observation; the Python takes more */
#define MOST_SIGNALS 62  /* bits of a mask */
#define MOST_ROUNDS 4    /* of settling; more of them may be a circle */
#define MOST_SLOTS 256   /* of the table of names, most of them empty */

#ifdef __GNUC__
#pragma GCC visibility push(hidden) /* names that the files share are nobody else's */
#endif

typedef enum { FLAG, CHOICE, DATE, NUMBER, WHOLE, NOT_PLAIN } Kind;

typedef struct {
    PyObject *name;
    Kind kind;
    int asked;              /* whether any truth reads it */
    int cuts_known;         /* whether truths change at `cuts` only */
    Py_ssize_t count;
    double *cuts;           /* the least value of each band but the first; for dates, microseconds after it */
    double low, high;       /* inclusive */
    PyObject *choices;      /* a tuple */
    Py_ssize_t value;       /* offset of its slot */
    Py_ssize_t band;        /* offset of the slot in which the Python remembers its band; 0 if it does not */
} Signal;

/* Something that time runs away from (a date, a clock, the day on which the phase was entered, an event), or a count of events. */
typedef struct {
    Py_ssize_t slot;
    int counts;
    Py_ssize_t count;
    double *cuts;           /* after how many microseconds a truth changes, or at which counts */
} Since;

/* What decides in one phase: the numbers of signals other than dates, then of what time runs away from and of counts. */
typedef struct {
    Py_ssize_t signal_count, since_count;
    int *numbers;
} Look;

/* An event. */
typedef struct {
    PyObject *name;
    Py_ssize_t last, times; /* slots */
} Happening;

/* What the Python decided for one picture of bands. */
typedef struct {
    unsigned long long picture; /* 0: free */
    unsigned long long truths;  /* of clocks, then of milestones, as bits */
    unsigned long long shown;   /* the touchpoints of the phase that data show to be done, as bits */
    unsigned long long asked, held; /* the rules that were asked alone, and those of them that are true, as bits */
    int rule;                   /* the first silent rule that is true, or -1 */
} Decision;

typedef struct {
    int plain;              /* whether it always enters the same phase */
    int timed, one_way;     /* whether time alone may make it true; and each of its truths changes at most once */
    long target;
    Py_ssize_t count;
    Py_ssize_t *reads;      /* slots of the values that its condition reads */
} Rule;

/* Decisions, and all that is needed to write what follows from them. */
typedef struct {
    Py_ssize_t since_count, clock_count, rule_count;
    Py_ssize_t look_count;
    Since *since;
    Look *looks;            /* for each phase */
    Py_ssize_t *clocks;     /* slots */
    Rule *rules;
    Happening *events;      /* up to one without a name */
    Py_ssize_t entered, seen, resume, reached, journal, life;
    int shown;              /* whether data may show touchpoints to be done */
    PyObject *groups;       /* for each phase its group, or None */
    PyObject *full;         /* for each phase its touchpoints of that kind, as bits */
    PyObject *step;         /* for each phase, what asks its rules */
    PyObject *offer;        /* the same for those that need an event */
    PyObject *truths;       /* what asks clocks and milestones */
    PyObject *shows;        /* for each phase, what asks which of those touchpoints are done */
    PyObject *holds;        /* for each rule, what asks it alone */
    PyTypeObject *moves;    /* the result, and its slots */
    Py_ssize_t raw, reader, untaken;
    Decision *decisions;
    size_t size, used;
} Memory;

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    PyTypeObject *state;
    Py_ssize_t at, phase, busy, wake, open, whole, member, watched;
    Py_ssize_t count;
    Signal *signals;
    PyObject *places;       /* name: number of the signal, -1 for the time */
    PyObject *names[MOST_SLOTS];   /* the same for interned names, by address */
    signed char numbers[MOST_SLOTS];
    int part;               /* of a composition */
    PyObject *events;       /* a dict of known events if the second argument is one; else NULL */
    PyObject *instants;     /* text: instant, as a float */
    PyObject *instant;      /* reads any other point in time; None if it is none */
    PyObject *python;       /* what does the whole job */
    PyObject *settled;      /* what decides, once the values are stored */
    PyObject *seen;         /* for each phase, what looks at open touchpoints, or None */
    PyObject *nothing;      /* the result when nothing moved */
    PyObject *nan;
    Memory *memory;         /* NULL where a truth depends on more than bands */
} Gate;

#define SLOT(object, offset) (*(PyObject **)((char *)(object) + (offset)))

/* The band in which a value lies, from 0. */
static inline Py_ssize_t
band_of(double value, const double *cuts, Py_ssize_t count)
{
    Py_ssize_t band = 0;
    while (band < count && value >= cuts[band]) {
        band++;
    }
    return band;
}

/* A number as a double; exact, for larger whole numbers are out of every bound. 0 if it is not a number of the right kind. */
static inline int
number_of(PyObject *value, Kind kind, double *number)
{
    if (PyFloat_CheckExact(value)) {
        *number = PyFloat_AS_DOUBLE(value);
        return kind == NUMBER;
    }
    if (PyLong_CheckExact(value)) {
        int overflow;
        long long found = PyLong_AsLongLongAndOverflow(value, &overflow);
        *number = (double)found;
        return !overflow && found >= -(1LL << 53) && found <= (1LL << 53);
    }
    return 0;
}

/* read.c: plain values, and the bands in which they lie */
int prepare_reading(void);
PyObject *instant_of(Gate *gate, PyObject *at, int is_date);
Py_ssize_t choice_of(const Signal *signal, PyObject *value);
int unchanged(const Signal *signal, PyObject *value, PyObject *was, int *other_band);
int date_unchanged(const Signal *signal, double us, double was, double now, double then, double *wake);

/* decide.c: what the Python once decided */
Decision *decision_for(Gate *gate, PyObject *state, double now, double *wake);
double due_since(Gate *gate, PyObject *state, int number, double then, double now, PyObject **was);

/* follow.c: what is done and written once it is decided */
extern PyObject *until_woken; /* in the slot `open`: touchpoints are open, and nothing shows them to be done before another band or `wake` */
int prepare_following(void);
PyObject *remembered(Gate *gate, PyObject *state, PyObject *now, double then, PyObject **was);
PyObject *offered(Gate *gate, PyObject *state, PyObject *now, PyObject *event);

/* observe.c: one call */
int prepare_observing(void);
PyObject *observe(PyObject *self, PyObject *const *args, size_t flags, PyObject *keywords);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#endif
