using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using ResPrune.Server.Tls;
using ResPrune.Tls;

namespace ResPrune.Server.Tests.Tls;

public sealed class TlsCredentialsTests : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(11);

    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-tls-").FullName;
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly SaidLines _said = new();
    private readonly TestAuthority _authority;
    private readonly FleetTlsOptions _files;

    public TlsCredentialsTests()
    {
        _authority = new TestAuthority(_folder);
        _files = new FleetTlsOptions { Certificate = Path.Combine(_folder, "tls.crt"), Key = Path.Combine(_folder, "tls.key"), Ca = _authority.Ca };
        Put(_authority.Issue("first"));
    }

    [Fact]
    public void Nothing_named_means_plain_connections() => Assert.Null(TlsCredentials.Open(new FleetTlsOptions(), _time, _said));

    [Fact]
    public void A_renewed_certificate_is_shown_without_a_restart()
    {
        var credentials = TlsCredentials.Open(_files, _time, _said)!;
        Assert.Equal("CN=first", credentials.Own.Subject);
        Put(_authority.Issue("second"));
        Assert.Equal("CN=first", credentials.Own.Subject);
        _time.Advance(LookInterval);
        Assert.Equal("CN=second", credentials.Own.Subject);
        Assert.Contains("renewed", Assert.Single(_said.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_do_not_match_for_a_moment_leave_the_old_certificate_in_use_and_are_said()
    {
        var credentials = TlsCredentials.Open(_files, _time, _said)!;
        var (certificate, key) = _authority.Issue("second");
        File.Copy(certificate, _files.Certificate!, overwrite: true);
        _time.Advance(LookInterval);
        Assert.Equal("CN=first", credentials.Own.Subject);
        Assert.Contains("cannot be used yet", Assert.Single(_said.Lines), StringComparison.Ordinal);
        File.Delete(_files.Key!);
        _time.Advance(LookInterval);
        Assert.Equal("CN=first", credentials.Own.Subject);
        File.Copy(key, _files.Key!);
        _time.Advance(LookInterval);
        Assert.Equal("CN=second", credentials.Own.Subject);
    }

    [Fact]
    public void Refused_peers_are_counted_and_said_at_most_once_a_minute()
    {
        var credentials = TlsCredentials.Open(_files, _time, _said)!;
        using var stranger = TlsIdentity.MakeForThisProcess(_time.GetUtcNow()).Own;
        for (var n = 0; n < 5; n++) Assert.False(credentials.Accepts(stranger, null));
        Assert.Equal(5, credentials.Refusals);
        Assert.Single(_said.Lines);
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.False(credentials.Accepts(stranger, null));
        Assert.Contains("Refused since the start: 6", _said.Lines[1], StringComparison.Ordinal);
        using var peer = X509Certificate2.CreateFromPem(File.ReadAllText(_authority.Issue("peer").Certificate));
        Assert.True(credentials.Accepts(peer, null));
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Put((string Certificate, string Key) pair)
    {
        File.Copy(pair.Certificate, _files.Certificate!, overwrite: true);
        File.Copy(pair.Key, _files.Key!, overwrite: true);
    }

    private sealed class SaidLines : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
