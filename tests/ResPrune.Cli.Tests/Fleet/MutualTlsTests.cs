using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using ResPrune.Cli.Tests.Processes;
using ResPrune.Tls;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>A fleet whose silos and clients show certificates: it works, and whoever has none of its authority gets nowhere.</summary>
public sealed partial class MutualTlsTests : IDisposable
{
    private readonly TestFleet _fleet = new();
    private readonly TestAuthority _authority;
    private readonly TestAuthority _other;

    public MutualTlsTests()
    {
        _authority = new TestAuthority(_fleet.Place.PathOf("authority"));
        _other = new TestAuthority(_fleet.Place.PathOf("other-authority"));
    }

    [Fact]
    public async Task SilosAndClientsWithCertificatesWorkAndAllOthersAreRefused()
    {
        Use(_authority, "silo");
        var control = _fleet.Start("control", "control-0");
        var worker = _fleet.Start("worker", "worker-0", "--device", "cpu");
        await TestFleet.AreUpAsync(control, worker);
        Use(_authority, "client");
        var batch = await _fleet.SubmitAsync(_fleet.Pictures(4), "--ask", "What is in the picture?", "--max-tokens", "4");
        (await _fleet.RunAsync("watch", batch, "--quiet")).Expect(0);

        // A certificate of another authority, none at all, and a silo without.
        _fleet.Set("RESPRUNE__STARTTIMEOUT", "00:00:03");
        Use(_other, "stranger");
        (await _fleet.RunAsync("list")).ExpectRefusal("No control silo", "same authority");
        await control.UntilAsync(
            "The refusal in the log",
            () => control.Error.Contains("'CN=stranger' is not one of this fleet: it was not signed by the authority", StringComparison.Ordinal));
        foreach (var name in (string[])["CERTIFICATE", "KEY", "CA"]) _fleet.Set($"RESPRUNE__TLS__{name}", "");
        (await _fleet.RunAsync("list")).ExpectRefusal("No control silo", "--tls-certificate");
        await ExpectNoPlainConnectionAsync(control);
        Use(_authority, "client");
        (await _fleet.RunAsync("list")).Expect(0);
    }

    [Fact]
    public async Task ACertificateThatCannotBeUsedIsNamedBeforeAnythingStarts()
    {
        var (certificate, _) = _authority.Issue("silo");
        var missing = _fleet.Place.PathOf("not-there.key");
        foreach (var verb in (string[][])[["silo", "--role", "control"], ["list"]])
        {
            string[] files = ["--tls-certificate", certificate, "--tls-key", missing, "--tls-ca", _authority.Ca];
            (await _fleet.RunAsync([.. verb, .. files])).ExpectRefusal(missing);
            (await _fleet.RunAsync([.. verb, .. files[..2]])).ExpectRefusal("--tls-key");
        }
    }

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
        _fleet.Dispose();
    }

    /// <summary>Whoever connects without a certificate is cut off in the handshake, before Orleans reads a byte.</summary>
    private static async Task ExpectNoPlainConnectionAsync(Resprune silo)
    {
        var address = Address().Match(silo.Output);
        Assert.True(address.Success, silo.Output);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var client = new TcpClient();
        await client.ConnectAsync(address.Groups[1].Value, int.Parse(address.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture), deadline.Token);
        await using var secure = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        var end = await Record.ExceptionAsync(async () =>
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "resprune" }, deadline.Token);
            // With TLS 1.3 the refusal arrives after the client's part of the handshake.
            Assert.Equal(0, await secure.ReadAsync(new byte[1], deadline.Token));
        });
        Assert.True(end is null or IOException or AuthenticationException, end?.ToString());
    }

    private void Use(TestAuthority authority, string name)
    {
        var (certificate, key) = authority.Issue(name);
        _fleet.Set("RESPRUNE__TLS__CERTIFICATE", certificate);
        _fleet.Set("RESPRUNE__TLS__KEY", key);
        _fleet.Set("RESPRUNE__TLS__CA", authority.Ca);
    }

    [GeneratedRegex(@"(127\.0\.0\.1):([0-9]+)")]
    private static partial Regex Address();
}
