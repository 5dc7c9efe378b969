package web

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// Network is where a request comes from, as coarse as a household or a shop:
// an IPv4 address, or the /64 that an IPv6 provider hands out. It tells guesses
// apart for a throttle and proves nothing. X-Forwarded-For counts as far as
// Config.Proxies wrote it; what stands left of them, the client may have made
// up (OWASP ASVS 5.0, 4.1.3).
func Network(c echo.Context) string {
	peer, err := netip.ParseAddrPort(c.Request().RemoteAddr)
	if err != nil {
		return "none"
	}
	address := peer.Addr().Unmap()
	proxies := serverOf(c).config.Proxies
	hops := strings.Split(strings.Join(c.Request().Header.Values(echo.HeaderXForwardedFor), ","), ",")
	for i := len(hops) - 1; i >= 0 && contains(proxies, address); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap()
	}
	if address.Is6() {
		return netip.PrefixFrom(address.WithZone(""), 64).Masked().String()
	}
	return address.String()
}

func contains(prefixes []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(address) })
}
