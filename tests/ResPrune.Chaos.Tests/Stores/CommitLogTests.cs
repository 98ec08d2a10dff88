using System.Text;
using ResPrune.Chaos.Stores;

namespace ResPrune.Chaos.Tests.Stores;

public sealed class CommitLogTests
{
    private readonly CommitLog _log = new();

    [Fact]
    public void TwoAttemptsThatWereBothTakenAreADuplicate()
    {
        Write("one", 201);
        Write("two", 201);
        Assert.Contains("was published 2 times", Assert.Single(_log.TakeDuplicates()), StringComparison.Ordinal);
        Assert.Empty(_log.TakeDuplicates());
    }

    [Fact]
    public void ARefusedAttemptAndARepeatedOneAreNone()
    {
        Write("one", 201);
        Write("two", 409);
        Write("one", 201);
        Assert.Empty(_log.TakeDuplicates());
    }

    private void Write(string attempt, int status) => _log.Note(
        "PUT /account/container/batches/b/commits/000001.json HTTP/1.1\r\nHost: here", Encoding.UTF8.GetBytes($$"""{"attempt":"{{attempt}}"}"""), status);
}
