using System.Buffers.Binary;
using System.Text;
using SkiaSharp;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>
/// One run of the executable over every kind of bad row, with good rows between them; shared, because each test looks at one row of it.
/// </summary>
public sealed class BadRows : IAsyncLifetime
{
    private const string Question = "What is in the picture?";

    /// <summary>Ids of the rows that must be answered.</summary>
    internal static IReadOnlyList<string> GoodIds { get; } = ["good-1", "good-2"];

    /// <summary>The folder of the run.</summary>
    internal Workplace Place { get; } = new();

    /// <summary>What the process left.</summary>
    internal Outcome Outcome { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var folder = Place.Pictures(2);
        var good = Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();
        File.Copy(Workplace.Samples[0], Place.PathOf("outside.png"));
        WritePictures(folder);
        object Row(string id, string image, string question = Question) => new { id, image, question };
        var lines = Place.Lines(
        [
            Row(GoodIds[0], good[0]),
            Row("truncated", "truncated.jpg"),
            Row("empty", "empty.png"),
            Row("text", "text.jpg"),
            Row("huge", "huge.png"),
            Row("missing", "missing.png"),
            Row("outside", "../outside.png"),
            Row("format", "picture.psd"),
            Row("no-question", good[0], " "),
            Row("long", good[0], string.Join(' ', Enumerable.Repeat("and", 20_000))),
            "{\"id\": \"broken\", \"image\": ",
            Row(GoodIds[0], good[1]),
            Row(GoodIds[1], good[1]),
        ]);
        Outcome = await Resprune.RunAsync("run", lines, "--output", Place.Output);
    }

    public Task DisposeAsync()
    {
        Place.Dispose();
        return Task.CompletedTask;
    }

    private static void WritePictures(string folder)
    {
        using (var bitmap = SKBitmap.Decode(Workplace.Samples[0]))
        using (var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90))
            File.WriteAllBytes(Path.Combine(folder, "truncated.jpg"), jpeg.ToArray()[..(int)(jpeg.Size / 2)]);
        File.WriteAllBytes(Path.Combine(folder, "empty.png"), []);
        File.WriteAllText(Path.Combine(folder, "text.jpg"), "This is not a picture.");
        File.WriteAllBytes(Path.Combine(folder, "huge.png"), PngOf(60_000, 60_000));
        File.WriteAllBytes(Path.Combine(folder, "picture.psd"), [.. "8BPS"u8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3]);
    }

    /// <summary>A PNG that claims a size and has nothing behind the claim.</summary>
    private static byte[] PngOf(int width, int height)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = 2;
        byte[] nothing = [0x78, 0x9c, 3, 0, 0, 0, 0, 1];
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", nothing), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var length = new byte[4];
        var check = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(check, Crc32(body));
        return [.. length, .. body, .. check];
    }

    private static uint Crc32(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
        }

        return ~crc;
    }
}
