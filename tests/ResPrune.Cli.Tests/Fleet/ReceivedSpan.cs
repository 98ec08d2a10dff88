using Google.Protobuf;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>A span as a collector sees it, read from OTLP (opentelemetry/proto/trace/v1/trace.proto; the numbers below are its fields').</summary>
internal sealed record ReceivedSpan
{
    public string TraceId { get; private set; } = "";

    public string SpanId { get; private set; } = "";

    public string ParentId { get; private set; } = "";

    public string Name { get; private set; } = "";

    /// <summary>Attributes of the process it is from.</summary>
    public Dictionary<string, string> Resource { get; } = [];

    public Dictionary<string, string> Attributes { get; } = [];

    /// <summary>Attributes of its events.</summary>
    public List<Dictionary<string, string>> Events { get; } = [];

    /// <summary>All spans of an <c>ExportTraceServiceRequest</c>.</summary>
    public static IEnumerable<ReceivedSpan> ReadRequest(byte[] request)
    {
        var spans = new List<ReceivedSpan>();
        foreach (var resourceSpans in Messages(request, 1))
        {
            var resource = new Dictionary<string, string>();
            foreach (var message in Messages(resourceSpans, 1)) ReadAttributes(message, 1, resource);
            foreach (var scopeSpans in Messages(resourceSpans, 2))
            {
                foreach (var span in Messages(scopeSpans, 2)) spans.Add(ReadSpan(span, resource));
            }
        }

        return spans;
    }

    private static ReceivedSpan ReadSpan(byte[] message, Dictionary<string, string> resource)
    {
        var span = new ReceivedSpan
        {
            TraceId = Convert.ToHexStringLower(Messages(message, 1).Single()),
            SpanId = Convert.ToHexStringLower(Messages(message, 2).Single()),
            ParentId = Convert.ToHexStringLower(Messages(message, 4).SingleOrDefault() ?? []),
            Name = Text(Messages(message, 5).Single()),
        };
        foreach (var (key, value) in resource) span.Resource[key] = value;
        ReadAttributes(message, 9, span.Attributes);
        foreach (var happened in Messages(message, 11))
        {
            var attributes = new Dictionary<string, string> { [""] = Text(Messages(happened, 2).Single()) };
            ReadAttributes(happened, 3, attributes);
            span.Events.Add(attributes);
        }

        return span;
    }

    private static void ReadAttributes(byte[] message, int field, Dictionary<string, string> attributes)
    {
        foreach (var pair in Messages(message, field))
        {
            var value = Messages(pair, 2).Single();
            attributes[Text(Messages(pair, 1).Single())] = Messages(value, 1).FirstOrDefault() is { } text ? Text(text) : Integer(value);
        }
    }

    /// <summary>An attribute that is a whole number; of others only that they are there.</summary>
    private static string Integer(byte[] value)
    {
        var input = new CodedInputStream(value);
        return WireFormat.GetTagFieldNumber(input.ReadTag()) == 3 ? $"{input.ReadInt64()}" : "";
    }

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    /// <summary>The contents of the length-delimited fields of one number.</summary>
    private static List<byte[]> Messages(byte[] message, int field)
    {
        var input = new CodedInputStream(message);
        var found = new List<byte[]>();
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes().ToByteArray());
            else
                input.SkipLastField();
        }

        return found;
    }
}
