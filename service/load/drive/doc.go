// Package drive sends requests to a server, as many at once as it is told, and
// times every answer.
//
// Place in the flow: a source says what is sent next and hears what became of
// it; Run drives it by clients of one connection each; API is for who prepares
// and has patience. It trusts nothing but the public API: a status other than
// the wanted one is counted, and no answer is one too.
package drive
