package device

import "net/netip"

// How much of an address says where a unit is: about a household or a site,
// never one machine.
const (
	bitsOfIPv4 = 24
	bitsOfIPv6 = 48 // the least that RFC 6177 section 2 has providers give a site
)

// networkHash is the keyed hash of the network that a unit called from; empty
// where the address cannot be read. The address itself is never stored.
func (d *Device) networkHash(from string) string {
	prefix, ok := networkOf(from)
	if !ok {
		return ""
	}
	return d.config.LookupHash("network", prefix.String())
}

// networkOf reads an address, or a prefix that was cut before.
func networkOf(from string) (netip.Prefix, bool) {
	address, err := netip.ParseAddr(from)
	if err != nil {
		prefix, err := netip.ParsePrefix(from)
		if err != nil {
			return netip.Prefix{}, false
		}
		address = prefix.Addr()
	}
	address = address.Unmap().WithZone("")
	bits := bitsOfIPv6
	if address.Is4() {
		bits = bitsOfIPv4
	}
	prefix, err := address.Prefix(bits)
	return prefix, err == nil
}
