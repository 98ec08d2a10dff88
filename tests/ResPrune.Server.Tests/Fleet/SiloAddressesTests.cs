using System.Net;
using ResPrune.Server.Fleet;

namespace ResPrune.Server.Tests.Fleet;

public class SiloAddressesTests
{
    [Theory]
    [InlineData(null, "192.0.2.7", "192.0.2.7")]
    [InlineData(null, "127.0.0.1", "127.0.0.1")]
    [InlineData("any", "192.0.2.7", "0.0.0.0")]
    [InlineData("any", "2001:db8::7", "::")]
    [InlineData("198.51.100.2", "192.0.2.7", "198.51.100.2")]
    public void A_silo_listens_at_the_advertised_address_unless_told_otherwise(string? listen, string advertised, string expected) =>
        Assert.Equal(IPAddress.Parse(expected), SiloAddresses.Listening(new FleetSiloOptions { ListenIp = listen }, IPAddress.Parse(advertised)));

    [Fact]
    public void An_address_that_is_none_is_named()
    {
        var wrong = new FleetSiloOptions { ListenIp = "eth0", AdvertiseIp = "silo-1" };
        Assert.Contains("--listen: 'eth0'", Assert.Throws<FleetStartException>(() => SiloAddresses.Listening(wrong, IPAddress.Loopback)).Message, StringComparison.Ordinal);
        Assert.Contains("--advertise: 'silo-1'", Assert.Throws<FleetStartException>(() => SiloAddresses.Advertised(new(), wrong)).Message, StringComparison.Ordinal);
    }
}
