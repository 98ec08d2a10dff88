using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

public sealed class BlobAddressTests
{
    [Theory]
    [InlineData("https://acc.blob.core.windows.net/jobs", "https://acc.blob.core.windows.net/", "jobs", "")]
    [InlineData("https://acc.blob.core.windows.net/jobs/", "https://acc.blob.core.windows.net/", "jobs", "")]
    [InlineData("https://acc.z12.blob.storage.azure.net/jobs/team%20a//b/", "https://acc.z12.blob.storage.azure.net/", "jobs", "team a/b")]
    [InlineData("azure:jobs", null, "jobs", "")]
    [InlineData("AZURE:a-b-1/x/y", null, "a-b-1", "x/y")]
    public void A_container_is_read(string text, string? service, string container, string prefix)
    {
        var address = BlobAddress.Parse(text);
        Assert.True(address.IsContainer);
        Assert.Equal((service, container, prefix), (address.Service?.ToString(), address.Container, address.Prefix));
    }

    [Theory]
    [InlineData("/data/jobs")]
    [InlineData("jobs")]
    [InlineData("./a b/ü")]
    public void Anything_else_is_a_folder(string text)
    {
        var address = BlobAddress.Parse(text);
        Assert.False(address.IsContainer);
        Assert.Equal(text, address.Folder);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("http://acc.blob.core.windows.net/jobs", "https://")]
    [InlineData("https://evil.example/jobs", "no Azure Blob service")]
    [InlineData("https://blob.core.windows.net.evil.example/jobs", "no Azure Blob service")]
    [InlineData("https://acc.blob.core.windows.net:8443/jobs", "no Azure Blob service")]
    [InlineData("https://acc.blob.core.windows.net/", "no container name")]
    [InlineData("https://acc.blob.core.windows.net/Jobs", "no container name")]
    [InlineData("https://acc.blob.core.windows.net/jobs?sv=1&sig=hush", "shared access signature")]
    [InlineData("https://hush@acc.blob.core.windows.net/jobs", "user")]
    [InlineData("https://acc.blob.core.windows.net/jobs/%2e%2e/%2e%2e", "no container name")]
    [InlineData("https://acc.blob.core.windows.net/jobs/..%5cx", "backslashes")]
    [InlineData("azure:jobs/../x", "'..'")]
    [InlineData("azure:", "no container name")]
    [InlineData("azure:a--b", "no container name")]
    [InlineData("s3://bucket/x", "unknown kind")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=me;AccountKey=hush", "RESPRUNE_STORAGE_CONNECTION_STRING")]
    [InlineData("BlobEndpoint=https://x;SharedAccessSignature=hush", "RESPRUNE_STORAGE_CONNECTION_STRING")]
    public void What_is_no_address_is_said_without_its_secrets(string text, string words)
    {
        var exception = Assert.Throws<FormatException>(() => BlobAddress.Parse(text));
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", exception.Message, StringComparison.Ordinal);
    }
}
