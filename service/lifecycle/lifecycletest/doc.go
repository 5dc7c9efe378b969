// Package lifecycletest is what must hold of any unit, told without the
// domain's own tables and guards: every way that there is from place to place,
// and what no snapshot may show. The state machine of lifecycle's tests and the
// simulation hold units to it.
//
// It trusts nothing but the words of lifecycle, and belongs into tests alone.
package lifecycletest
