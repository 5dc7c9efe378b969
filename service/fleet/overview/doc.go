// Package overview shows an organisation what it has and what waits for whom:
// units by state and age, resets that do not end and why, what is on its way,
// flags that nobody has settled, returns of each day.
//
// Place in the flow: beside it. It changes nothing, and of customers it shows
// counts alone (rule 13). What proves a number: it is counted when it is asked
// for, up to lifecycle.CountCap, from the rows that every rule reads.
package overview
