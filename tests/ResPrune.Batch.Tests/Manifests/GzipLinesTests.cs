using System.IO.Compression;
using System.Text;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Manifests;

public sealed class GzipLinesTests
{
    private const string Line = "{\"id\":\"1\",\"image\":\"a.png\",\"question\":\"q\"}\n";

    [Theory]
    [InlineData(null, 2000)]
    [InlineData(700L, 700)]
    public async Task A_compressed_file_is_read_as_its_lines(long? limit, int rows)
    {
        var text = string.Concat(Enumerable.Repeat(Line, 2000));
        // Two members, as `cat a.gz b.gz` makes them.
        byte[] file = [.. Gzip(text[..(Line.Length * 1000)]), .. Gzip(text[(Line.Length * 1000)..])];

        Assert.Equal(text[..(Line.Length * rows)], await ReadAsync(file, limit));
    }

    [Fact]
    public async Task A_file_that_is_cut_off_or_damaged_is_named()
    {
        var file = Gzip(string.Concat(Enumerable.Range(0, 5000).Select(n => Line.Replace("1", $"{n * 7919}", StringComparison.Ordinal))));
        var damaged = file.ToArray();
        for (var n = 0; n < 64; n++) damaged[(damaged.Length / 2) + n] ^= 0x5A;
        foreach (var bad in (byte[][])[file[..(file.Length / 2)], damaged])
        {
            var fault = await Assert.ThrowsAsync<BatchInputException>(() => ReadAsync(bad, null));
            Assert.Equal("damaged_input", fault.Code);
            Assert.Contains("'in.jsonl.gz'", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_no_JSON_lines_in_it_is_said_as_of_any_file()
    {
        var fault = await Assert.ThrowsAsync<BatchInputException>(() => ReadAsync(Gzip("[\n" + Line + "]"), null));
        Assert.Contains("JSON array", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_line_that_is_too_long_still_tells_the_style()
    {
        var line = "{\"body\":{\"x\":\"" + new string('x', 1 << 18) + "\"},\"custom_id\":\"a\"}\n";
        var store = await StoreAsync(Encoding.UTF8.GetBytes(line));
        var (style, lines) = await JsonLinesFile.OpenAsync(new JsonLinesInput(store, "in.jsonl.gz"), 1 << 17, CancellationToken.None);
        await lines.DisposeAsync();
        Assert.Equal(InputStyle.OpenAi, style);
    }

    private static async Task<string> ReadAsync(byte[] file, long? limit)
    {
        var store = await StoreAsync(file);
        var input = new JsonLinesInput(store, "in.jsonl.gz") { Limit = limit };
        var (style, lines) = await JsonLinesFile.OpenAsync(input, BatchSpec.DefaultMaxLineBytes, CancellationToken.None);
        await using (lines)
        {
            Assert.Equal(InputStyle.Simple, style);
            using var reader = new StreamReader(lines);
            return await reader.ReadToEndAsync();
        }
    }

    private static async Task<IBlobStore> StoreAsync(byte[] file)
    {
        var store = new InMemoryBlobStore();
        await store.WriteAsync("in.jsonl.gz", file, BlobWriteCondition.Always, CancellationToken.None);
        return store;
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
