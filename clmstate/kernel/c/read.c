/* Reading: plain values, and the bands in which they lie. */

#include "gate.h"

#include <datetime.h>
#include <math.h>

#define DAY 86400000000.0
#define BEFORE_1970 719468 /* days from 0000-03-01, where a count of civil days begins */

int
prepare_reading(void)
{
    PyDateTime_IMPORT;
    return PyDateTimeAPI == NULL ? -1 : 0;
}

static double
days_from_civil(int year, int month, int day)
{
    year -= month <= 2;
    int era = year / 400, of_era = year - era * 400; /* years are positive */
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097.0 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - BEFORE_1970;
}

/* A point in time as a new float; NULL without an error if it is none, or with one. */
PyObject *
instant_of(Gate *gate, PyObject *at, int is_date)
{
    if (PyUnicode_CheckExact(at)) {
        PyObject *known = PyDict_GetItemWithError(gate->instants, at);
        if (known != NULL || PyErr_Occurred()) {
            return Py_XNewRef(known);
        }
    }
    else if (is_date && PyDate_CheckExact(at)) {
        return PyFloat_FromDouble(DAY * days_from_civil(PyDateTime_GET_YEAR(at), PyDateTime_GET_MONTH(at), PyDateTime_GET_DAY(at)));
    }
    else if (!is_date && PyDateTime_CheckExact(at) && PyDateTime_DATE_GET_TZINFO(at) == PyDateTime_TimeZone_UTC) {
        double days = days_from_civil(PyDateTime_GET_YEAR(at), PyDateTime_GET_MONTH(at), PyDateTime_GET_DAY(at));
        double seconds = PyDateTime_DATE_GET_HOUR(at) * 3600.0 + PyDateTime_DATE_GET_MINUTE(at) * 60.0 + PyDateTime_DATE_GET_SECOND(at);
        double whole = days * DAY + seconds * 1e6, more = PyDateTime_DATE_GET_MICROSECOND(at);
        return whole + more - whole == more ? PyFloat_FromDouble(whole + more) : NULL; /* hundreds of years away it may be inexact */
    }
    PyObject *found = PyObject_CallOneArg(gate->instant, at);
    if (found != NULL && !PyFloat_CheckExact(found)) {
        Py_CLEAR(found); /* None */
    }
    return found;
}

/* The place of a choice among the choices, from 1; 0 if it is none. */
Py_ssize_t
choice_of(const Signal *signal, PyObject *value)
{
    if (!PyUnicode_CheckExact(value)) {
        return 0;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(signal->choices); i++) {
        PyObject *choice = PyTuple_GET_ITEM(signal->choices, i);
        if (choice == value || PyUnicode_Compare(choice, value) == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* ---- comparing with what was */

/* Whether a plain value changes no truth, looked at alone; -1 if it is not plain. Runs nobody's code. */
int
unchanged(const Signal *signal, PyObject *value, PyObject *was, int *other_band)
{
    double now, before;
    switch (signal->kind) {
    case FLAG:
        if (value != Py_True && value != Py_False) {
            return -1;
        }
        return !signal->asked || value == was;
    case CHOICE:
        if (!choice_of(signal, value)) {
            return -1;
        }
        return !signal->asked || value == was || (PyUnicode_CheckExact(was) && PyUnicode_Compare(value, was) == 0);
    case NUMBER:
    case WHOLE:
        if (!number_of(value, signal->kind, &now) || !(signal->low <= now && now <= signal->high)) {
            return -1;
        }
        if (!signal->asked) {
            return 1;
        }
        if (!number_of(was, NUMBER, &before) || before != before) {
            *other_band = 1;
            return 0;
        }
        if (!signal->cuts_known) {
            return now == before;
        }
        *other_band = band_of(now, signal->cuts, signal->count) != band_of(before, signal->cuts, signal->count);
        return !*other_band;
    default:
        return -1;
    }
}

/* The same for a date, and when time alone may next change a truth that reads it. */
int
date_unchanged(const Signal *signal, double us, double was, double now, double then, double *wake)
{
    if (!signal->asked) {
        return 1;
    }
    if (!signal->cuts_known) {
        if (us == was) {
            return 1;
        }
        *wake = -Py_HUGE_VAL;
        return 0;
    }
    double old = then - was;
    Py_ssize_t band = band_of(now - us, signal->cuts, signal->count);
    int same = old == old && band_of(old, signal->cuts, signal->count) == band;
    double next = !same ? -Py_HUGE_VAL : band < signal->count ? us + signal->cuts[band] : Py_HUGE_VAL;
    if (next < *wake) {
        *wake = next;
    }
    return same;
}

